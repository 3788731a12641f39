/** SBML on the command line: imported on the way in, with its report on standard error. */
import { importSbml, isSbml } from '../src/network/sbml/import'
import { UsageError } from './usage'

export { isSbml }

/** The network text of an SBML file. What was read as it stands is not worth a line here. */
export function imported(path: string, file: string): string {
  const { text, items } = importSbml(file)
  const lines = items
    .filter(({ deed }) => deed !== 'read' && (text !== null || deed === 'refused'))
    .map(({ line, deed, where, what }) => `${path}:${line}: ${deed}: ${where}: ${what}`)
  if (text === null) throw new UsageError(`${path} cannot be imported\n${lines.join('\n')}`)
  for (const line of lines) console.error(line)
  return text
}
