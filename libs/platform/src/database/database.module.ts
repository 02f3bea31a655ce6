/**
 * Gives a service its DataSource and closes it after everything else: it goes in the last of Nest's shutdown hooks, so
 * what needs the database to finish its work must do so in an earlier one.
 */
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { openDatabase, type DatabaseOptions } from './open-database.js';

@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Opens the schema while Nest starts; start-up fails with its sentence when that cannot be done. */
  static forSchema(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DataSource, useFactory: () => openDatabase(options) }],
      exports: [DataSource],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.database.isInitialized) await this.database.destroy();
  }
}
