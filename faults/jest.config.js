import preset from '../jest.preset.js';

export default { ...preset, testMatch: ['<rootDir>/src/**/*.{spec,it-spec}.ts'], globalSetup: '<rootDir>/build-before-tests.js' };
