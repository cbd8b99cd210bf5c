// The packs of model weights: what there is, fetched and removed by a button each.
/** @import { Pack, Presence } from "./contract" */
import { attempt } from "./attempt.js";
import { byId } from "./dom.js";
import { text } from "./strings.js";

/** @type {Record<Presence, string>} */
const WORDS = {
  built_in: "ui.packs.built_in",
  here: "ui.packs.here",
  coming: "ui.packs.coming",
  absent: "ui.packs.absent",
};
/** @typedef {{ kind: "fetch_pack" | "remove_pack", label: string, name: string }} Deed */
/** @type {Partial<Record<Presence, Deed>>} */
const DEEDS = {
  absent: { kind: "fetch_pack", label: "ui.packs.fetch", name: "ui.packs.fetch_name" },
  here: { kind: "remove_pack", label: "ui.packs.remove", name: "ui.packs.remove_name" },
};

export function mountPacks() {
  const list = byId("packs-list", HTMLElement);
  const fault = byId("packs-fault", HTMLElement);
  return {
    /** @param {Pack[]} packs */
    show(packs) {
      const focused = list.contains(document.activeElement) && document.activeElement?.closest("li");
      list.replaceChildren(...packs.map((pack) => itemOf(pack, fault)));
      // The button that was pressed is gone; what has become of it is at the same place.
      const item = focused && list.querySelector(`[data-pack="${focused.dataset.pack}"]`);
      if (item instanceof HTMLElement) (item.querySelector("button") ?? item).focus();
    },
  };
}

/**
 * @param {Pack} pack
 * @param {HTMLElement} fault
 * @returns {HTMLElement}
 */
function itemOf(pack, fault) {
  const item = document.createElement("li");
  item.dataset.pack = pack.name;
  item.tabIndex = -1;
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const values = { title: pack.title, size: megabytes.format(pack.bytes / 1e6), licence: pack.licence };
  item.textContent = text(WORDS[pack.presence], values) + " ";
  const deed = DEEDS[pack.presence];
  if (deed) item.append(buttonOf(pack, deed, fault));
  return item;
}

/**
 * @param {Pack} pack
 * @param {Deed} deed
 * @param {HTMLElement} fault
 * @returns {HTMLElement}
 */
function buttonOf({ name, title }, deed, fault) {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `pack-${name}`;
  button.textContent = text(deed.label);
  button.setAttribute("aria-label", text(deed.name, { title }));
  button.addEventListener("click", () => void attempt({ kind: deed.kind, name }, fault));
  return button;
}
