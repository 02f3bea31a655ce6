/**
 * ESLint rule: a file imports only what its layer may. What lies in another package is imported by that package's name,
 * never by a path; a module of Node by its name with `node:`.
 */
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';

import { isTest, layerOf, refusal } from './layers.js';

const BUILTIN = new Set(builtinModules);

/** @type {import('eslint').Rule.RuleModule} */
export const layersRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      refused: '{{layer}} may import {{rule}}, not "{{specifier}}": {{why}}.',
      path: '"{{specifier}}" leaves the package; import another one by its name, @tocsin/….',
      builtin: 'Write "node:{{specifier}}".',
    },
  },
  create(context) {
    const path = relative(context.cwd, context.filename).split(sep).join('/');
    const layer = layerOf(path);
    if (!layer) return {};
    const check = (source, isType) => {
      if (typeof source?.value !== 'string') return;
      const found = problemOf(source.value, { path, layer, isType });
      if (found) context.report({ node: source, ...found });
    };
    return {
      ImportDeclaration: (node) => { check(node.source, node.importKind === 'type' || isAllTypes(node.specifiers)); },
      ExportNamedDeclaration: (node) => { check(node.source, node.exportKind === 'type'); },
      ExportAllDeclaration: (node) => { check(node.source, node.exportKind === 'type'); },
      ImportExpression: (node) => { check(node.source, false); },
      TSImportType: (node) => { check(node.source, true); },
      TSExternalModuleReference: (node) => { check(node.expression, false); },
      'CallExpression[callee.name="require"]': (node) => { check(node.arguments[0], false); },
    };
  },
};

function isAllTypes(specifiers) {
  return specifiers.length > 0 && specifiers.every((specifier) => specifier.importKind === 'type');
}

function problemOf(specifier, { path, layer, isType }) {
  if (specifier.startsWith('.')) return staysInside(specifier, path) ? undefined : { messageId: 'path', data: { specifier } };
  if (BUILTIN.has(specifier)) return { messageId: 'builtin', data: { specifier } };
  const rule = refusal(layer, { specifier, isType, isTest: isTest(path) });
  return rule === undefined ? undefined : { messageId: 'refused', data: { layer: layer.name, rule, specifier, why: layer.why } };
}

/** A package is a folder of libs/ or services/. */
function staysInside(specifier, path) {
  const [group, name] = path.split('/');
  return resolve('/', dirname(path), specifier).startsWith(`/${group}/${name}/`);
}
