// What JSON.parse reads in request bodies: one in base64 a line, one answer a line.
import { readFileSync } from "node:fs";

const number = (value) => (value === undefined || value === null ? "-" : String(value));
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const answers = [];
for (const line of readFileSync(0, "latin1").split("\n")) {
  if (line === "") {
    continue;
  }
  let body;
  try {
    body = JSON.parse(decoder.decode(Buffer.from(line, "base64")));
  } catch {
    answers.push("refused");
    continue;
  }
  answers.push(
    [
      body.model ?? "-",
      body.stream === true,
      body.stream_options?.include_usage === true,
      number(body.max_tokens),
      number(body.max_completion_tokens),
      number(body.max_output_tokens),
      number(body.n),
    ].join("|"),
  );
}
process.stdout.write(answers.join("\n") + "\n");
