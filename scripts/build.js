// npm run build: sets up what is missing and builds what changed.
import { build, checkNode, install, main } from './setup.js';

await main(async () => {
  checkNode();
  await install(false);
  await build();
});
