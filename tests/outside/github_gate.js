// What github/codeql-action's upload-sarif refuses: schema errors, but not those about the format of URIs.
const fs = require("fs");
const { Validator } = require("jsonschema");

const read = (file) => JSON.parse(fs.readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
const [schema, ...logs] = process.argv.slice(2);
const isUriFormat = (error) => error.name === "format" && ["uri", "uri-reference"].includes(error.argument);
const errors = logs.flatMap((log) =>
  new Validator()
    .validate(read(log), read(schema))
    .errors.filter((error) => !isUriFormat(error))
    .map((error) => `${log}: ${error.stack}`),
);
console.log(errors.join("\n"));
process.exitCode = errors.length ? 1 : 0;
