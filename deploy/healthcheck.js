// Ends with 0 when the service of this container can serve, else with 1. The address may be given as an argument.
const address = process.argv[2] ?? `http://127.0.0.1:${process.env.PORT ?? 3000}/health/ready`;

try {
  const { ok } = await fetch(address, { signal: AbortSignal.timeout(4000) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
