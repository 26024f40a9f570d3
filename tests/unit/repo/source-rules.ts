import ts from 'typescript'
import type { SourceFile } from './source-files.js'

/** Where a file reads the time by itself, as `path:line text`: `Date.now()`, `new Date()` and `Date()`. */
export function findClockReads(file: SourceFile): string[] {
  return findNodes(file, (node) => {
    if (ts.isNewExpression(node))
      return isNamed(node.expression, 'Date') && (node.arguments ?? []).length === 0
    if (ts.isCallExpression(node)) return isNamed(node.expression, 'Date')
    // Handing the function on (`now: Date.now`) reads the time as well.
    return ts.isPropertyAccessExpression(node) && isNamed(node.expression, 'Date') && node.name.text === 'now'
  })
}

/** Where a file reads the environment, as `path:line text`. */
export function findEnvironmentReads(file: SourceFile): string[] {
  return findNodes(file, (node) => {
    if (ts.isPropertyAccessExpression(node))
      return isNamed(node.expression, 'process') && node.name.text === 'env'
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false
    return /^(node:)?process$/.test(node.moduleSpecifier.text)
  })
}

/** Lines of a file as an editor counts them. */
export function countLines({ text }: SourceFile): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/** The variables that an `.env` file mentions, commented out or not, with the value that it shows. */
export function readEnvFile(text: string): { name: string; value: string; comment: string }[] {
  const variables: { name: string; value: string; comment: string }[] = []
  let comments: string[] = []
  for (const line of text.split('\n')) {
    const [, name, value] = /^(?:#\s*)?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      variables.push({ name, value: value.trim(), comment: comments.join(' ') })
      comments = []
    } else if (line.startsWith('#')) comments.push(line.replace(/^#\s*/, ''))
    else comments = []
  }
  return variables
}

function findNodes({ path, text }: SourceFile, matches: (node: ts.Node) => boolean): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const found: string[] = []
  visit(source)
  return found

  function visit(node: ts.Node): void {
    if (matches(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      found.push(`${path}:${line + 1} ${node.getText(source)}`)
    } else ts.forEachChild(node, visit)
  }
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}
