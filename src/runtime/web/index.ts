/** Where a browser finds what Node finds among its packages. */

/** Addresses of folders; each ends with a slash. */
export interface WebFolders {
  /** Holds a folder for each model; defaults to that of the package that the code was loaded from. */
  readonly models?: string;
  /** Holds the files of `onnxruntime-web/dist`; defaults to what a bundler finds. */
  readonly runtime?: string;
}

let folders: WebFolders = {};

/** From now on models and ONNX Runtime are loaded from there. */
export function setFolders(given: WebFolders): void {
  folders = given;
}

export const webFolders = (): WebFolders => folders;
