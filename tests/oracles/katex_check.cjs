// Reads a JSON array of formulas on standard input; writes a JSON array with null for each formula
// that KaTeX accepts in strict mode and its message for each that it refuses.
"use strict";

const katex = require("katex");

const options = { displayMode: true, throwOnError: true, strict: "error", trust: false };

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const formulas = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const messages = formulas.map((formula) => {
    try {
      katex.renderToString(formula, options);
      return null;
    } catch (error) {
      return String(error.message);
    }
  });
  process.stdout.write(JSON.stringify(messages));
});
