import { availableParallelism } from 'node:os';

export default {
  // tests with real servers mostly wait: two share a processor well
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // of tests and hooks that name no time of their own: a busy machine takes its time to lock a table or to start a process
  testTimeout: 20_000,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', {
      swcrc: false,
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true, tsx: false },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    }],
  },
  testMatch: ['<rootDir>/{src,e2e}/**/*.{spec,it-spec,e2e-spec}.ts'],
};
