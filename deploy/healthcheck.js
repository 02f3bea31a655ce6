// Whether what runs in this container can serve: exit code 0 or 1. An argument names another address to ask.
const { PORT = '3000' } = process.env;
const address = process.argv[2] ?? `http://127.0.0.1:${PORT}/health/ready`;

try {
  const response = await fetch(address, { signal: AbortSignal.timeout(4000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
