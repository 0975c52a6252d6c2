"""What MkDocs does beyond its configuration: the list of decisions, which is made from their own titles."""

import re
from pathlib import Path

MARK = "<!-- The list of decisions is added by build/docs-hooks.py. -->"


def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri.startswith("decisions/"):
        # Who searches wants to know how it is before why.
        page.meta.setdefault("search", {"boost": 0.2})
    if page.file.src_uri != "decisions/index.md":
        return markdown
    lines = []
    for file in sorted(Path(config.docs_dir, "decisions").glob("0*.md")):
        title = re.match(r"#\s*(?:\d+[.:]?\s*)?(.*)", file.read_text(encoding="utf-8")).group(1)
        lines.append(f"| {file.name[:4]} | [{title}]({file.name}) |")
    assert MARK in markdown, "decisions/index.md lost its mark"
    return markdown.replace(MARK, "| | decision |\n| --- | --- |\n" + "\n".join(lines))
