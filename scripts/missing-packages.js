/** Which packages of a lock file are not there. Plain Node, for it runs before any package is installed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root holds node_modules
 * @param {{ packages: Record<string, { link?: boolean, dev?: boolean, os?: string[], cpu?: string[], libc?: string[] }> }} lock package-lock.json
 * @param {boolean} withTools also those that only tests and lint need
 * @param {{ os: string, cpu: string, libc?: string }} [machine] what is for other machines is not missed
 * @returns {string[]} their names
 */
export function missingPackages(root, { packages }, withTools, machine = thisMachine()) {
  const isForUs = (path) => pathsTo(path).every((part) => fitsMachine(packages[part] ?? {}, machine));
  return Object.entries(packages)
    .filter(([path, { link, dev }]) => path.startsWith('node_modules/') && !link && (withTools || !dev))
    .map(([path]) => path)
    .filter((path) => isForUs(path) && !existsSync(join(root, path, 'package.json')))
    .map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

/** A package and those that it lies in: what lies in one for another machine is for that machine too. */
function pathsTo(path) {
  const parts = path.split('/node_modules/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/node_modules/'));
}

function fitsMachine({ os, cpu, libc }, machine) {
  return fits(os, machine.os) && fits(cpu, machine.cpu) && fits(libc, machine.libc);
}

/** As in package.json: names, or names with `!` before them for all but those. */
function fits(wanted, own) {
  if (wanted === undefined || own === undefined) return true;
  const not = wanted.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  return not.length > 0 ? !not.includes(own) : wanted.includes(own);
}

function thisMachine() {
  const libc = process.platform !== 'linux' ? undefined : process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return { os: process.platform, cpu: process.arch, libc };
}
