// What a run of node's tests comes to: what failed, and a last line that tests/run counts.

export default async function* reporter(source) {
  const began = Date.now();
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    // A file is reported as a test, too, when it does not even run.
    if (type === "test:pass" && data.details.type !== "suite") passed += 1;
    if (type === "test:fail") {
      failed += 1;
      const { cause = data.details.error } = data.details.error;
      yield `FAIL ${data.name}\n${cause.stack ?? cause}\n`;
    }
    if (type === "test:pass") yield `ok ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
  }
  yield `${passed} passed, ${failed} failed in ${((Date.now() - began) / 1000).toFixed(2)}s\n`;
}
