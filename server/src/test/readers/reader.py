"""What Python's json reads in request bodies: one in base64 a line, one answer a line."""
import base64
import json
import sys


def text(value):
    return "true" if value is True else "false"


def number(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "-" if value is None else str(value)


sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
for line in sys.stdin:
    try:
        body = json.loads(base64.b64decode(line))
    except ValueError:
        print("refused")
        continue
    options = body.get("stream_options")
    print(
        "|".join(
            [
                str(body.get("model", "-")),
                text(body.get("stream")),
                text(isinstance(options, dict) and options.get("include_usage")),
                number(body.get("max_tokens")),
                number(body.get("max_completion_tokens")),
                number(body.get("max_output_tokens")),
                number(body.get("n")),
            ]
        )
    )
