import { defineConfig, devices } from "@playwright/test";
import { launchOptions } from "./browser.mjs";

// `name.spec.ts` runs in `desktop` and `phone`; `name.desktop.spec.ts`, `name.phone.spec.ts` and `name.nojs.spec.ts` in
// that one project only.
const everywhere = /\/[^/.]+\.spec\.ts$/;

export default defineConfig({
  testDir: "specs",
  globalSetup: "./global-setup.ts",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env.GREENLIT_URL,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    // Times and dates are written as the browser has it.
    locale: "en-GB",
    // A service worker hides requests from tests; the one that is about it lets it in.
    serviceWorkers: "block",
    launchOptions,
  },
  projects: [
    {
      name: "desktop",
      testMatch: [everywhere, /\.desktop\.spec\.ts$/],
      use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } },
    },
    {
      name: "phone",
      testMatch: [everywhere, /\.phone\.spec\.ts$/],
      use: {
        ...devices["Desktop Chrome"],
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 3,
        hasTouch: true,
        isMobile: true,
      },
    },
    {
      name: "nojs",
      testMatch: /\.nojs\.spec\.ts$/,
      use: { ...devices["Desktop Chrome"], javaScriptEnabled: false },
    },
  ],
});
