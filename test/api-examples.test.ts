import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DOORS, ROOT, checker, exportsOf, options, program, resolved } from './doors.ts';

/** What examples find at hand: images, flow between them, and what the stages of matching and stitching exchange. */
const AT_HAND = `
import type { Correspondences, FlowField, Homography, Image, Mask, Matrix3, ScalarField, Size } from 'whither';
import type { Descriptors } from 'whither/features';
import type { AllPairsVolume, BlendLayer, FeatureMap } from 'whither/kernels';
import type { PanoramaCanvas, ImageSource, WarpedView } from 'whither/stitch';
declare global {
  const image: Image, imageA: Image, imageB: Image, imageC: Image, patchA: Image, patchB: Image;
  const flow: FlowField, flowAB: FlowField, flowBA: FlowField, flowBC: FlowField, truth: FlowField;
  const mask: Mask, confidence: ScalarField;
  const homographyAB: Homography, homographyBA: Homography, homographyBC: Homography, identity: Matrix3;
  const correspondences: Correspondences, pointsA: Float64Array, pointsB: Float64Array;
  const descriptors: Descriptors, queries: Descriptors, labels: readonly number[];
  const distances: Float64Array, same: readonly boolean[];
  const canvas: PanoramaCanvas, views: readonly WarpedView[], sources: readonly ImageSource[];
  const rotations: readonly Matrix3[], sizes: readonly Size[];
  const mapA: FeatureMap, mapB: FeatureMap, planesA: FeatureMap, planesB: FeatureMap, volume: AllPairsVolume;
  const width: number, height: number, layers: readonly BlendLayer[];
}`;

/** Lines of code that an example may have: the imports, and what shows the call. */
const MOST_LINES = 8;

const functions = new Map(
  Object.values(DOORS)
    .flatMap((file) => exportsOf(file).map(resolved))
    .filter((symbol) => symbol.valueDeclaration && checker.getTypeOfSymbol(symbol).getCallSignatures().length)
    .map((symbol) => [symbol.name, examplesOf(symbol)]),
);

function examplesOf(symbol: ts.Symbol): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === 'example')
    .map(({ text }) => ts.displayPartsToString(text));
}

/** Diagnostics of modules that lie in `test` by name alone, as `file: line of code: message`. */
function typeErrors(modules: ReadonlyMap<string, string>): string[] {
  const texts = new Map([...modules].map(([name, text]) => [`${ROOT}test/${name}.ts`, text]));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  // What the program of the doors has parsed is not parsed again.
  host.getSourceFile = (path, version) =>
    texts.has(path)
      ? ts.createSourceFile(path, texts.get(path)!, version)
      : (program.getSourceFile(path) ?? getSourceFile(path, version));
  const unusedAllowed = { ...options, noUnusedLocals: false };
  const examples = ts.createProgram([...texts.keys()], unusedAllowed, host);
  return [...texts.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(examples, examples.getSourceFile(path)))
    .map(({ file, start, messageText }) => {
      const rest = file!.text.slice(file!.text.lastIndexOf('\n', start) + 1);
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${file!.fileName.slice(`${ROOT}test/`.length)}: ${rest.split('\n', 1)[0]}: ${message}`;
    });
}

describe('the examples of the API', () => {
  it('are there for every public function, and call it', () => {
    const called = (name: string, code: string) => new RegExp(`import .*\\b${name}\\b`).test(code);
    const without = [...functions].filter(
      ([name, examples]) => !examples.length || !examples.every((code) => called(name, code)),
    );
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it('are short', () => {
    const linesOf = (code: string) => code.split('\n').filter((line) => line.trim()).length;
    const long = [...functions].filter(([, examples]) => examples.some((code) => linesOf(code) > MOST_LINES));
    expect(long.map(([name]) => name)).toEqual([]);
  });

  it('compile', { timeout: 60_000 }, () => {
    const modules = [...functions].flatMap(([name, examples]) =>
      examples.map((code, i) => [`${name}-example-${i + 1}`, code] as const),
    );
    expect(typeErrors(new Map([['at-hand', AT_HAND], ...modules]))).toEqual([]);
  });

  it('that would not compile are told', { timeout: 60_000 }, () => {
    const wrong = `import { colorizeFlow } from 'whither';\ncolorizeFlow(imageA);`;
    const errors = typeErrors(
      new Map([
        ['at-hand', AT_HAND],
        ['wrong', wrong],
      ]),
    );
    expect(errors).toEqual([expect.stringMatching(/^wrong\.ts: colorizeFlow\(imageA\);: Argument of type/)]);
  });
});
