// The packs of model weights on this machine.
/** @import { Pack } from "./contract" */
import { byId } from "./dom.js";
import { text } from "./strings.js";

export function mountPacks() {
  const list = byId("packs-list", HTMLElement);
  return {
    /** @param {Pack[]} packs */
    show(packs) {
      list.replaceChildren(...packs.map(itemOf));
    },
  };
}

/**
 * @param {Pack} pack
 * @returns {HTMLElement}
 */
function itemOf(pack) {
  const item = document.createElement("li");
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const values = { title: pack.title, size: megabytes.format(pack.bytes / 1e6), licence: pack.licence };
  item.textContent = text(pack.built_in ? "ui.packs.built_in" : "ui.packs.fetched", values);
  return item;
}
