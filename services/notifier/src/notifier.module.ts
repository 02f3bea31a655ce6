/** The wiring of notifier. */
import { Module, type DynamicModule } from '@nestjs/common';

import { PlatformModule, type ServiceRuntime } from '@tocsin/platform';

import { BreakerRepository } from './breaker/breaker.repository.js';
import { CONNECTION_CONTROLLERS, CONNECTION_PROVIDERS } from './connections/connection-parts.js';
import { DELIVERY_CONTROLLERS, DELIVERY_PROVIDERS } from './deliveries/delivery-parts.js';
import { DESTINATION_CONTROLLERS, DESTINATION_PROVIDERS } from './destinations/destination-parts.js';
import { DIGEST_PROVIDERS } from './digests/digest-parts.js';
import { DIRECTORY_CONTROLLERS, DIRECTORY_PROVIDERS } from './directory/directory-parts.js';
import { LEDGER_CONTROLLERS, LEDGER_PROVIDERS } from './ledger/ledger-parts.js';
import { LIVING_CONTROLLERS, LIVING_PROVIDERS } from './living/living-parts.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { NotifierConfig } from './notifier.config.js';
import { DeliverySettingsController } from './settings/delivery-settings.controller.js';
import { DeliverySettingsRepository } from './settings/delivery-settings.repository.js';

@Module({})
export class NotifierModule {
  static register(config: NotifierConfig, runtime: ServiceRuntime): DynamicModule {
    return {
      module: NotifierModule,
      imports: [PlatformModule.forService({ service: 'notifier', config, runtime, migrations: MIGRATIONS })],
      controllers: [
        ...DELIVERY_CONTROLLERS, ...CONNECTION_CONTROLLERS, ...LIVING_CONTROLLERS, ...LEDGER_CONTROLLERS, ...DIRECTORY_CONTROLLERS, ...DESTINATION_CONTROLLERS, DeliverySettingsController,
      ],
      providers: [
        { provide: NotifierConfig, useValue: config },
        ...DELIVERY_PROVIDERS, ...CONNECTION_PROVIDERS, ...LIVING_PROVIDERS, ...LEDGER_PROVIDERS, ...DIGEST_PROVIDERS, ...DIRECTORY_PROVIDERS, ...DESTINATION_PROVIDERS, BreakerRepository, DeliverySettingsRepository,
      ],
    };
  }
}
