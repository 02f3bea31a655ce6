/** What a process used, as the kernel counts it. Only Linux tells; elsewhere a figure is missing. */
import { readFileSync } from 'node:fs';

/** The kernel's unit for CPU time; 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** User and system seconds of all threads of a process since it was started. */
function cpuSeconds(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [userTicks, systemTicks] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return ((userTicks ?? 0) + (systemTicks ?? 0)) / TICKS_PER_SECOND;
}

/** The most memory that a process ever had resident, in MB. */
export function peakMegabytes(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** The memory that a process has resident now, in MB. */
export function residentMegabytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** The sum over several processes; undefined when one of them is not told. */
export function totalCpuSeconds(pids: readonly number[]): number | undefined {
  const all = pids.map(cpuSeconds);
  return all.every((seconds) => seconds !== undefined) ? all.reduce((sum, seconds) => sum + seconds, 0) : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
