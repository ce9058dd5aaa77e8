import { buildFakeOpenAi } from "./model.mjs";
import { startServer } from "./server.mjs";

/**
 * The fake model server built, and one greenlit server for all tests that need none of their own, unless GREENLIT_URL
 * names one that runs already. GREENLIT_BIN and FAKE_OPENAI_BIN name other binaries. Returns its end.
 */
export default async function globalSetup() {
  await buildFakeOpenAi();
  if (process.env.GREENLIT_URL) return;
  const server = await startServer();
  process.env.GREENLIT_URL = server.url;
  process.env.GREENLIT_FOLDER = server.folder;
  return async () => {
    await server.stop();
    delete process.env.GREENLIT_URL;
    delete process.env.GREENLIT_FOLDER;
  };
}
