// npm start: sets up what is missing, then runs everything in this process.
import { build, checkNode, install, main } from './setup.js';

await main(async () => {
  checkNode();
  await install(false);
  await build();
  await import('../services/standalone/dist/main.js');
});
