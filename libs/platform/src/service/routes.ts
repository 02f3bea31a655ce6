/** The HTTP routes of a service as they are registered, with what each demands of its caller. */
import { RequestMethod, type INestApplication, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

import { ACCESS, type Access } from '../auth/access.js';

export interface Route {
  method: string;
  /** With `:name` parameters and a leading slash. */
  path: string;
  handler: string;
  access: Access | undefined;
  /** Class of its query parameters. */
  query: Type | undefined;
}

/** Every route of every controller, in the order of modules. */
export function routesOf(app: INestApplication): Route[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (typeof metatype === 'function' ? routesOfController(metatype as Type) : []));
}

function routesOfController(controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  const prefix = pathsOf(controller)[0] ?? '';
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (!handler || Reflect.getMetadata(PATH_METADATA, handler) === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const access = (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as Access | undefined;
    return pathsOf(handler).map((path) => ({ method, path: joinPath(prefix, path), handler: `${controller.name}.${name}`, access, query: queryClassOf(controller, name) }));
  });
}

/** Nest's numbers for a parameter that is the body, or the query. */
const [BODY_PARAMETER, QUERY_PARAMETER] = [3, 4];

/** Whether a handler reads anything of the body. */
export function takesBody(controller: Type, method: string): boolean {
  return parametersOf(controller, method, BODY_PARAMETER).length > 0;
}

/** Whether a handler reads anything of the query. */
export function takesQuery(controller: Type, method: string): boolean {
  return parametersOf(controller, method, QUERY_PARAMETER).length > 0;
}

function parametersOf(controller: Type, method: string, kind: number): { index: number; data?: unknown }[] {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, { index: number; data?: unknown }>;
  return Object.entries(parameters).flatMap(([key, parameter]) => (key.startsWith(`${kind}:`) ? [parameter] : []));
}

function queryClassOf(controller: Type, method: string): Type | undefined {
  const whole = parametersOf(controller, method, QUERY_PARAMETER).find(({ data }) => data === undefined);
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, method) ?? []) as Type[];
  const type = whole && types[whole.index];
  return type === undefined || type === (Object as unknown as Type) ? undefined : type;
}

function pathsOf(target: object): string[] {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return path === undefined ? [] : [path].flat();
}

function joinPath(prefix: string, path: string): string {
  return `/${[prefix, path].map((part) => part.replace(/^\/|\/$/g, '')).filter((part) => part !== '').join('/')}`;
}

/** @throws Error naming the routes that anybody could call because nobody said who may */
export function assertEveryRouteSaysWhoMayCall(app: INestApplication): void {
  const open = routesOf(app).filter(({ access }) => access === undefined);
  if (open.length > 0) {
    throw new Error(`Mark with @Requires, @Public or @Internal: ${open.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ')}`);
  }
}
