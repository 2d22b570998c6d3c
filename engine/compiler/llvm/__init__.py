"""A plan as machine code: written in LLVM's intermediate representation, laid out in memory, and called.

Read `ir` first, then `kernels`, `transfer`, `drivers`, `layout`, `jit` and `runner`.
"""
