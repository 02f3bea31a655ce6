import type { MigrationInterface } from 'typeorm';

/** Claimed deliveries are read with what is asked of them, and nothing else: what reads them is made by the last migration that changes it. */
export class ClaimsAsAsked1764215000000 implements MigrationInterface {
  up(): Promise<void> {
    return Promise.resolve();
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration is not taken back: drop the schema instead'));
  }
}
