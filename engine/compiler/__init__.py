"""The road from a graph to machine code.

A graph is *lowered* to a tape (`tape`), simplified (`simplify`), lifted to a plan of loops (`lift`), and the plan is
run for many rows at once: by machine code (`llvm`) or by NumPy (`numpy_runner`). `program` and `trainer` are the doors.
"""
