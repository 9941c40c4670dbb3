import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DOORS, ROOT, checker, exportsOf, resolved } from './doors.ts';

const namesOf = (file: string): string[] =>
  exportsOf(file)
    .map(({ name }) => name)
    .sort();

/** Our own types that a declaration's signature names. */
function typesNamedBy(symbol: ts.Symbol): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node) || isPrivate(node)) return;
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
      const target = checker.getSymbolAtLocation(name);
      if (target) found.push(resolved(target));
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of symbol.declarations ?? []) visit(declaration);
  return found.filter((type) => isOurs(type) && !(type.flags & ts.SymbolFlags.TypeParameter));
}

/** A member that no user sees, or that its docstring calls internal. */
function isPrivate(node: ts.Node): boolean {
  return (
    ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal') ||
    ts.isConstructorDeclaration(node) ||
    (ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) ||
    (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name)) ||
    (ts.isVariableDeclaration(node) && node.initializer !== undefined && node.type === undefined)
  );
}

function isOurs(symbol: ts.Symbol): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  return file.startsWith(ROOT) && !file.includes('node_modules');
}

describe('the doors', () => {
  it('are those that the package and the API reference have', () => {
    const read = (file: string) => JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8'));
    const ways = Object.entries<{ default: string } | string>(read('package.json').exports).flatMap(
      ([path, target]) =>
        typeof target === 'string' || path === './web'
          ? [] // The browser's door shows names of the others.
          : [[`whither${path.slice(1)}`, target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts')]],
    );
    expect(Object.fromEntries(ways)).toEqual(DOORS);
    expect(read('.typedoc.json').entryPoints).toEqual(Object.values(DOORS));
  });
});

describe('the public names', () => {
  it.each(Object.keys(DOORS))('of %s are those of the list', (door) => {
    const list = JSON.parse(readFileSync(new URL('public-names.json', import.meta.url), 'utf8')) as Record<
      string,
      string[]
    >;
    expect(namesOf(DOORS[door])).toEqual(list[door]);
  });

  it.each(Object.keys(DOORS))('of %s carry a docstring each', (door) => {
    const bare = exportsOf(DOORS[door]).filter(
      (symbol) => !resolved(symbol).getDocumentationComment(checker).length,
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('come with every type that they mention', () => {
    const all = Object.values(DOORS).flatMap((file) => exportsOf(file).map(resolved));
    const known = new Set(all);
    const missing = all
      .flatMap((symbol) => typesNamedBy(symbol).map((type) => ({ symbol, type })))
      .filter(({ type }) => !known.has(type))
      .map(({ symbol, type }) => `${symbol.name} mentions ${type.name}`);
    expect([...new Set(missing)]).toEqual([]);
  });

  it('mean one thing each', () => {
    const meanings = new Map<string, Set<ts.Symbol>>();
    for (const file of Object.values(DOORS))
      for (const symbol of exportsOf(file))
        meanings.set(symbol.name, (meanings.get(symbol.name) ?? new Set()).add(resolved(symbol)));
    expect([...meanings].filter(([, symbols]) => symbols.size > 1).map(([name]) => name)).toEqual([]);
  });
});
