/** Name of the service within which something runs: several of them may live in one process. */
export const SERVICE_NAME = Symbol('service name');
