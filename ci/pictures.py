"""Draws what a command prints on a terminal: python ci/pictures.py PICTURE.svg COLUMNS COMMAND

The command is one for a shell, runs on a terminal of that many columns, and has `exc` judge the day $TODAY.
The picture shows it after a prompt, and below it all that it prints, with its colors.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
THEME = TerminalTheme(
    (22, 27, 34),
    (214, 222, 230),
    [(72, 79, 88), (255, 123, 114), (63, 185, 80), (227, 179, 65), (121, 170, 255), (200, 160, 255), (86, 211, 224), (200, 208, 216)],
    [(139, 148, 158), (255, 150, 142), (86, 211, 100), (240, 198, 97), (150, 190, 255), (216, 185, 255), (120, 225, 236), (240, 246, 252)],
)
# As rich draws it, without a font that it would fetch from elsewhere.
FRAME = (
    re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    .replace("Fira Code, monospace", FONT)
    .replace("<!-- Generated with Rich https://www.textualize.io -->", "")
)


ON_THE_DAY = 'exc() { command exc --today "$TODAY" "$@"; }'


def run(command, columns):
    """What a command prints on a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
        os.execvp("sh", ["sh", "-c", f"{ON_THE_DAY}\n{command}"])
    printed = b""
    try:
        while read := os.read(terminal, 65536):
            printed += read
    except OSError:
        pass
    os.waitpid(child, 0)
    return printed.decode().replace("\r\n", "\n").rstrip("\n")


def main():
    picture, columns, command = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=columns, file=nowhere, color_system="truecolor", force_terminal=True)
        console.print(Text.assemble(("$ ", "bright_black"), (command, "bold")))
        console.print(Text.from_ansi(run(command, columns)))
        console.print()
        name = os.path.basename(picture).removesuffix(".svg")
        svg = console.export_svg(title="", theme=THEME, unique_id=name, code_format=FRAME)
    with open(picture, "w", encoding="utf-8") as file:
        file.write("\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n")


if __name__ == "__main__":
    main()
