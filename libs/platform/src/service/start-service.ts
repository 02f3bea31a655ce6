/** Starts one service: its Nest application with HTTP on a port and its messages on the bus. */
import type { RequestListener } from 'node:http';

import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import helmet from 'helmet';

import type { ServiceName } from '@tocsin/contracts';

import { BusServer } from '../bus/bus-server.js';
import { listen, type Listening } from '../http/listen.js';
import { OpenStreams } from '../http/open-streams.js';
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
}

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
export async function createServiceApp({ service, module, runtime }: ServiceOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: new NestLogger(runtime.logger), bodyParser: false, abortOnError: false });
  let document: OpenAPIObject | undefined;
  app.set('query parser', 'simple'); // any number of values of one parameter; the extended one makes an object of more than twenty
  app.disable('x-powered-by');
  app.use(assignRequestId, helmet());
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
