// The tables of strings are complete, and hold nothing of no use.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { stringsOf } from "./snapshot.js";

const ui = new URL("../../ui/", import.meta.url);
const files = readdirSync(ui).filter((name) => /\.(html|js)$/.test(name));
const sources = files.map((name) => readFileSync(new URL(name, ui), "utf8"));
const used = new Set(sources.flatMap((source) => source.match(/(?<=")ui\.[a-z_.]+(?=")/g) ?? []));
const [english, german] = ["en", "de"].map(stringsOf);
const placeholders = (string) => [...string.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

// Faults come in English from Rust and are only translated by their code.
const keysOf = (table) => Object.keys(table).filter((key) => !key.startsWith("fault."));

test("both languages have the same keys and placeholders", () => {
  assert.deepEqual(keysOf(german).sort(), keysOf(english).sort());
  for (const key of keysOf(english)) {
    assert.deepEqual(placeholders(german[key]), placeholders(english[key]), key);
  }
});

test("no key is missing and none is unused", () => {
  const known = Object.keys(english).filter((key) => key.startsWith("ui."));
  assert.deepEqual([...used].sort(), known.sort());
});

test("no string is written in the pages", () => {
  for (const [index, name] of files.entries()) {
    if (!name.endsWith(".html")) continue;
    const words = sources[index].replace(/<[^>]*>/g, " ").match(/\p{L}\S*/gu) ?? [];
    assert.deepEqual(
      words,
      ["F1"].filter(() => name === "index.html"),
      name,
    );
  }
});

test("nothing in the pages needs an inline style or script", () => {
  for (const source of sources) assert.doesNotMatch(source, /\sstyle="|\son\w+="|<script>|<style>/);
});
