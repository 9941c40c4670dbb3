import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each door of the package is made of. */
export const DOORS: Readonly<Record<string, string>> = {
  whither: 'src/index.ts',
  'whither/flow': 'src/api/flow.ts',
  'whither/geometry': 'src/api/geometry.ts',
  'whither/features': 'src/api/features.ts',
  'whither/evaluate': 'src/api/evaluate.ts',
  'whither/stitch': 'src/api/stitch.ts',
  'whither/track': 'src/api/track.ts',
  'whither/search': 'src/api/search.ts',
  'whither/models': 'src/api/models.ts',
  'whither/kernels': 'kernels/index.ts',
};

/** How the project is compiled. */
export const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  ROOT,
);
/** The package, from its doors on. */
export const program = ts.createProgram(
  Object.values(DOORS).map((file) => join(ROOT, file)),
  options,
);
/** What the package's names mean. */
export const checker = program.getTypeChecker();

/** What a door exports. */
export function exportsOf(file: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(join(ROOT, file))!;
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
}

/** What an exported name stands for, wherever it is declared. */
export const resolved = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
