/** Where a SARIF result is: the first physical location, its address made relative to the repository where that is possible. */
import type { IssueLocation } from '@tocsin/domain';

import { atMost, list, number, object, text, type Json } from './values.js';

const PATH_MAX = 2000;

/** Undefined for a result without a place, which is legal. */
export function locationOf(result: Json, run: Json): IssueLocation | undefined {
  const physical = object(object(list(result.locations)[0]).physicalLocation);
  const artifact = artifactOf(physical, run);
  const uri = text(artifact.uri);
  if (uri === undefined) return undefined;
  const line = number(object(physical.region).startLine);
  const path = pathOf(uri, text(artifact.uriBaseId), run);
  return { path: atMost(PATH_MAX, path) ?? path, ...(line !== undefined && Number.isInteger(line) && line >= 1 && { line }) };
}

function artifactOf(physical: Json, run: Json): Json {
  const artifact = object(physical.artifactLocation);
  const index = number(artifact.index);
  if (text(artifact.uri) !== undefined || index === undefined || index < 0) return artifact;
  return object(object(list(run.artifacts)[index]).location);
}

function pathOf(uri: string, baseId: string | undefined, run: Json): string {
  const base = rootsOf(run, baseId).find((root) => uri.startsWith(root));
  const relative = base === undefined ? uri : uri.slice(base.length);
  if (/^[a-z][a-z0-9+.-]*::?/i.test(relative) && !/^file:/i.test(relative)) return decoded(relative);
  return decoded(relative.replace(/^file:\/\/(?:localhost)?/i, '').replace(/^\/(?=[A-Za-z]:\/)/, '').replace(/^\.\//, '')) || uri;
}

/** Where the scanned files lay: the base that is named, else any base or the tool's working directory, the deepest first. */
function rootsOf(run: Json, baseId: string | undefined): string[] {
  const bases = object(run.originalUriBaseIds);
  const named = baseId === undefined ? undefined : text(object(bases[baseId]).uri);
  if (named !== undefined) return [named];
  const directories = list(run.invocations).map((invocation) => text(object(object(invocation).workingDirectory).uri));
  return [...Object.values(bases).map((base) => text(object(base).uri)), ...directories]
    .filter((root) => root !== undefined)
    .map((root) => root.replace(/\/?$/, '/'))
    .filter((root) => /^file:\/\/\/./i.test(root))
    .sort((a, b) => b.length - a.length);
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** The code at the place, for the fingerprint only: it is never shown. */
export function snippetOf(result: Json): string | undefined {
  const physical = object(object(list(result.locations)[0]).physicalLocation);
  return text(object(object(physical.region).snippet).text);
}
