"""Pages that do with a notebook's output what its host does: how it is put in, what it may do, how high it is."""

from __future__ import annotations

import json
from html import escape

# A script that came in as text does not run: each host makes it anew. In its place, as JupyterLab and Notebook 7 do.
IN_PLACE = """
function put(cell, html) {
  cell.innerHTML = html;
  for (const script of cell.querySelectorAll("script")) {
    const made = document.createElement("script");
    made.textContent = script.textContent;
    script.replaceWith(made);
  }
}"""

# At the end of the output, and away again, the first script staying where it was, as VS Code does.
AT_THE_END = """
function put(cell, html) {
  cell.innerHTML = html;
  for (const script of [...cell.querySelectorAll("script")]) {
    const made = document.createElement("script");
    made.textContent = script.textContent;
    cell.append(made);
    made.remove();
  }
}"""

# The keys of a Jupyter page are its own, unless an element asks it to leave them; in a cell it cancels line breaks.
KEYS = """
window.heard = [];
document.addEventListener("keydown", (event) => {
  if (event.target.closest("[data-lm-suppress-shortcuts]")) return;
  heard.push(event.key);
  event.preventDefault();
  event.stopPropagation();
}, true);
for (const cell of document.querySelectorAll(".cell"))
  cell.addEventListener("beforeinput", (event) => event.inputType === "insertLineBreak" && event.preventDefault());"""


def literal(text: str) -> str:
    """A text as a script in a page has it."""
    return json.dumps(text).replace("</", "<\\/").replace("<!--", "<\\!--")


def static(*outputs: str) -> str:
    """An exported notebook: nothing but the page."""
    cells = "".join(f'<div class="cell">{output}</div>' for output in outputs)
    return f'<!DOCTYPE html><html><body style="margin:20px">{cells}</body></html>'


def filled(put: str, *outputs: str, more: str = "", body: str = "") -> str:
    """A page whose script puts each output into a cell."""
    cells = '<div class="cell"></div>' * len(outputs)
    puts = "".join(f'put(document.querySelectorAll(".cell")[{i}], {literal(html)});' for i, html in enumerate(outputs))
    return f"<!DOCTYPE html><html><body{body}>{cells}<script>{put}\n{more}\n{puts}</script></body></html>"


def jupyter(*outputs: str) -> str:
    """JupyterLab and Notebook 7: scripts made anew in their places, keys that the page takes, a theme on its body."""
    return filled(IN_PLACE, *outputs, more=KEYS, body=' data-jp-theme-light="true"')


def framed(inside: str, more: str = "") -> str:
    """A page in a frame that may run scripts and nothing else: no storage, no address, no page around it."""
    return (
        '<!DOCTYPE html><html><body style="margin:0">'
        f'<iframe sandbox="allow-scripts" style="width:100%;height:700px;border:0" srcdoc="{escape(inside)}"></iframe>'
        f"<script>{more}</script></body></html>"
    )


def vscode(*outputs: str) -> str:
    """VS Code: all outputs in one such frame."""
    return framed(filled(AT_THE_END, *outputs))


def colab(inside: str) -> str:
    """Colab: an output has a frame of its own, as high as the content says that it is."""
    tell = """<script>
    const tell = () => parent.postMessage(document.documentElement.scrollHeight, "*");
    new ResizeObserver(tell).observe(document.documentElement);
    new ResizeObserver(tell).observe(document.body);
    </script>"""
    follow = """
    window.heights = [];
    const frame = document.querySelector("iframe");
    frame.style.height = "150px";
    addEventListener("message", ({ data }) => {
      heights.push(data);
      frame.style.height = `${data}px`;
    });"""
    return framed(inside.replace("</body>", f"{tell}</body>"), follow)


def marimo(module: str, state: dict[str, object]) -> str:
    """Marimo: anywidget's module, given a model and an element in a shadow root."""
    return f"""<!DOCTYPE html><html><body><marimo-anywidget></marimo-anywidget><script type="module">
    const state = {literal(json.dumps(state))};
    const values = JSON.parse(state);
    const listeners = {{}};
    window.sent = [];
    window.model = {{
      get: (name) => values[name],
      set(name, value) {{
        values[name] = value;
        for (const call of listeners[`change:${{name}}`] ?? []) call(value);
      }},
      save_changes: () => sent.push(structuredClone({{ step: values.step, edits: values.edits }})),
      on: (event, call) => (listeners[event] ??= new Set()).add(call),
      off: (event, call) => listeners[event]?.delete(call),
    }};
    window.listening = () => Object.values(listeners).reduce((sum, calls) => sum + calls.size, 0);
    const source = URL.createObjectURL(new Blob([{literal(module)}], {{ type: "text/javascript" }}));
    const {{ default: widget }} = await import(source);
    const root = document.querySelector("marimo-anywidget").attachShadow({{ mode: "open" }});
    const el = root.appendChild(document.createElement("div"));
    window.done = await widget.render({{ model, el }});
    </script></body></html>"""
