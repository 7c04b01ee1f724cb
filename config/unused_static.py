"""The parts of Bootstrap that no page uses; compressing them would take most of the first start."""

UNUSED = [
    "*.rtl.*",
    "bootstrap-*",
    "bootstrap.css*",
    "bootstrap.js*",
    "*.esm.*",
    "bootstrap.bundle.js*",
]
