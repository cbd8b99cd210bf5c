import type { Command, Snapshot, Update } from "./contract.d.ts";

declare global {
  interface Window {
    /** What Tauri puts into the page (`withGlobalTauri`); only bridge.js uses it. */
    __TAURI__: {
      core: {
        invoke(name: "send", args: { command: Command }): Promise<void>;
        invoke(name: "snapshot"): Promise<Snapshot>;
        convertFileSrc(path: string, protocol: string): string;
      };
      event: {
        listen(name: "update", listener: (event: { payload: Update }) => void): Promise<() => void>;
      };
    };
  }
}
