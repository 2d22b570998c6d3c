// Numbers out of the text that Python packed them in (viz/scrubber/packing.py).

const BYTES = 8; // of a number with 64 bits; 4 of one with 32

/**
 * @param {string} text
 * @param {number} [width] how many numbers a row has: each row is written as its difference to the one before
 * @param {number} [size] bytes of a number
 * @returns {Promise<Float64Array>}
 */
export async function unpacked(text, width = 0, size = BYTES) {
  if (!text) return new Float64Array();
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const shuffled = new Uint8Array(await new Response(stream).arrayBuffer());
  const bytes = new Uint8Array(shuffled.length);
  const count = shuffled.length / size;
  for (let place = 0; place < size; place++) {
    for (let i = 0; i < count; i++) bytes[i * size + place] = shuffled[place * count + i];
  }
  const row = width * size;
  if (row) for (let i = row; i < bytes.length; i++) bytes[i] ^= bytes[i - row];
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: count }, (_, i) =>
    size === BYTES ? view.getFloat64(i * BYTES, true) : view.getFloat32(i * size, true),
  );
}
