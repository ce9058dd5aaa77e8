// The site's pictures from one drawing: `node icons.mjs` writes public/*.png and public/favicon.ico.
import { chromium } from "@playwright/test";
import { writeFile } from "node:fs/promises";
import { launchOptions } from "./browser.mjs";

const folder = new URL("../public/", import.meta.url);
const tick = '<path d="m8.5 16.8 5 5L23.5 11" fill="none" stroke="#04210d" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/>';
const rounded = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0fff50"/>${tick}</svg>`;
// Systems cut their own shape out of these; what matters stays within the middle 80 %.
const full = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-5 -5 42 42"><rect x="-5" y="-5" width="42" height="42" fill="#0fff50"/>${tick}</svg>`;

const browser = await chromium.launch(launchOptions);
const page = await browser.newPage();

/**
 * @param {string} html
 * @param {number} width
 * @param {number} height
 */
async function draw(html, width, height) {
  await page.setViewportSize({ width, height });
  await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block}</style>${html}`);
  return page.screenshot({ omitBackground: true });
}

/**
 * @param {string} svg
 * @param {number} size
 */
const icon = (svg, size) => draw(svg.replace("<svg ", `<svg width="${size}" height="${size}" `), size, size);

await writeFile(new URL("icon-192.png", folder), await icon(rounded, 192));
await writeFile(new URL("icon-512.png", folder), await icon(rounded, 512));
await writeFile(new URL("icon-maskable-512.png", folder), await icon(full, 512));
await writeFile(new URL("apple-touch-icon.png", folder), await icon(full, 180));
await writeFile(new URL("favicon.ico", folder), ico(await icon(rounded, 32), 32));
await writeFile(
  new URL("og.png", folder),
  await draw(
    `<style>
      main{box-sizing:border-box;width:1200px;height:630px;padding:88px 96px;background:#070a08;color:#e8f0ea;
        font:400 34px/1.5 Inter,system-ui,"Segoe UI","DejaVu Sans",sans-serif}
      header{display:flex;align-items:center;gap:24px;font-size:40px;font-weight:650}
      h1{margin:96px 0 24px;font-size:84px;line-height:1.08;letter-spacing:-.03em}
      p{margin:0;color:#9dada2}
    </style>
    <main><header>${rounded.replace("<svg ", '<svg width="72" height="72" ')}Greenlit</header>
    <h1>Talk it through.<br>It’s on your list.</h1>
    <p>A self-hosted assistant that keeps your task list.</p></main>`,
    1200,
    630,
  ),
);
await browser.close();

/**
 * An .ico around one PNG.
 * @param {Buffer} png
 * @param {number} size
 */
function ico(png, size) {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}
