/** The builds of `.ci/web.mjs`, with types. */
const module = (await import(new URL('../../.ci/web.mjs', import.meta.url).href)) as {
  buildWeb(folder: string): Promise<unknown>;
  buildPage(folder: string): Promise<void>;
};

export const { buildWeb, buildPage } = module;
