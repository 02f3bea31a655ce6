/** Starts one service: its Nest application with HTTP on a port and its messages on the bus. */
import type { RequestListener } from 'node:http';

import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { json, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';

import type { ServiceName } from '@tocsin/contracts';

import { BusServer } from '../bus/bus-server.js';
import { listen, type Listening } from '../http/listen.js';
import { OpenStreams } from '../http/open-streams.js';
import { sendProblem, toProblem } from '../http/problem.filter.js';
import { RequestChecks } from '../http/request-checks.js';
import { assignRequestId } from '../http/request-id.js';
import { NestLogger } from '../logging/logger.js';
import { openApiDocument } from './openapi.js';
import type { ServiceRuntime } from './runtime.js';
import { assertEveryRouteSaysWhoMayCall } from './routes.js';

export interface ServiceOptions {
  service: ServiceName;
  module: DynamicModule;
  runtime: ServiceRuntime;
  port: number;
  host?: string | undefined;
  /** Paths whose bodies the routes read themselves, as streams. */
  streamed?: readonly string[];
}

const JSON_LIMIT_BYTES = 5 * 1024 * 1024;

/** @returns when the service can serve; `close` lets requests and messages in work finish */
export async function startService(options: ServiceOptions): Promise<Listening> {
  const app = await createServiceApp(options);
  try {
    await app.startAllMicroservices();
    const http = await listen(app.getHttpAdapter().getInstance() as RequestListener, options.port, options.host);
    return {
      ...http,
      close: async () => {
        app.get(OpenStreams, { strict: false }).endAll();
        await http.close();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The application without its servers, initialised; what a test of the route table needs. */
export async function createServiceApp({ service, module, runtime, streamed = [] }: ServiceOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: new NestLogger(runtime.logger), bodyParser: false, abortOnError: false });
  let document: OpenAPIObject | undefined;
  app.set('query parser', 'simple'); // any number of values of one parameter; the extended one makes an object of more than twenty
  app.disable('x-powered-by');
  app.use(assignRequestId, helmet(), bodyReader(streamed));
  app.use('/openapi.json', (_request: Request, response: Response) => {
    response.json(document);
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy: new BusServer(runtime.bus, service, runtime.logger) }, { inheritAppConfig: true });
  const { guards, pipes } = app.get(RequestChecks, { strict: false });
  app.useGlobalGuards(...guards).useGlobalPipes(...pipes); // after the line above, so that messages go without them
  try {
    await app.init();
    assertEveryRouteSaysWhoMayCall(app);
    document = openApiDocument(app, `Tocsin ${service}`);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

export interface RawBodyRequest extends Request {
  /** The bytes of the body as they came, for signatures. */
  rawBody?: Buffer;
}

/** JSON bodies, with the raw bytes kept; a body that cannot be read is a problem like any other. */
function bodyReader(streamed: readonly string[]): RequestHandler {
  const readJson = json({
    limit: JSON_LIMIT_BYTES,
    type: ['application/json', 'application/*+json'],
    verify: (request, _response, bytes) => {
      (request as RawBodyRequest).rawBody = bytes;
    },
  });
  return (request, response, next) => {
    if (streamed.includes(request.path)) {
      next();
      return;
    }
    readJson(request, response, (error?: unknown) => {
      if (error === undefined) {
        if (!hasBody(request)) request.body = {};
        next();
      } else sendProblem(request, response, toProblem(error));
    });
  };
}

/** Whether anything was sent, of whatever type. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
