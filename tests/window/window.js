// Opens ui/ in a headless browser in which Tauri is a stub, under the app's own content-security policy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, normalize } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { snapshot } from "./snapshot.js";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' eyebright:; connect-src ipc: http://ipc.localhost";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 100"><rect width="160" height="100" fill="#8aa9c4"/><rect y="66" width="160" height="34" fill="#7a4f2d"/><path d="M55 40h42v26q0 12-12 12H67q-12 0-12-12z" fill="#fff"/></svg>';
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let server;
let origin;

/** To be called by each file of tests. */
export function useBrowser() {
  before(async () => {
    server = createServer(serve).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
}

async function serve({ url }, response) {
  const path = normalize(new URL(url, origin).pathname);
  if (path === "/favicon.ico") return void response.writeHead(204).end(); // only a browser asks for it
  const type = TYPES[extname(path)];
  try {
    if (!type) throw new Error("no such type");
    const body = path === "/picture.svg" ? PICTURE : await readFile(new URL(`../../ui${path}`, import.meta.url));
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/**
 * The window in a state. `page.sent()` are the commands since the last call, `page.tell` sends an update, `page.fail`
 * rejects the next command, `page.close` also checks that nothing went wrong unseen.
 */
export async function open(state = {}, { file = "index.html", width = 1100, height = 820, ...media } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...media });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.addInitScript(stub, snapshot(state));
  await page.goto(`${origin}/${file}`);
  await page.waitForFunction(() => document.title !== "");

  page.sent = () => page.evaluate(() => window.sent.splice(0));
  page.tell = (update) => page.evaluate((payload) => window.tell(payload), update);
  page.fail = (fault) => page.evaluate((reason) => void (window.fault = reason), fault);
  const close = page.close.bind(page);
  page.close = async () => {
    await close();
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return page;
}

/** Runs in the page, before its scripts. */
function stub(state) {
  const listeners = [];
  window.sent = [];
  window.recordings = []; // apart from the rest: they begin and end with every recording
  window.fault = null;
  window.tell = (payload) => listeners.forEach((listener) => listener({ payload }));
  window.__TAURI__ = {
    core: {
      async invoke(name, args) {
        if (name === "snapshot") return state;
        if (args.command.kind === "record_hotkey") return void window.recordings.push(args.command.on);
        window.sent.push(args.command);
        const fault = window.fault;
        window.fault = null;
        if (fault) throw fault;
      },
      convertFileSrc: () => "/picture.svg",
    },
    event: { listen: async (_name, listener) => listeners.push(listener) },
  };
}

/** Fails with what axe finds, best practices and the size of targets included. */
export async function assertAccessible(page, state) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const result = await window.axe.run({ rules: { "target-size": { enabled: true } } });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
  });
  assert.deepEqual(found, [], state);
}

/** Nothing sticks out sideways, of the page or of any box in it. */
export async function assertFits(page, state) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return left < -1 || right > width + 1;
    });
    const scrolls = document.documentElement.scrollWidth > width;
    return [...out.map((element) => element.outerHTML.slice(0, 120)), ...(scrolls ? ["the page scrolls"] : [])];
  });
  assert.deepEqual(wide, [], state);
}
