/** The command line: the same solvers as the page, in Node. */
import { version } from '../src/version'
import { bench } from './bench'
import { check } from './check'
import { solve } from './solve'
import { listSolvers } from './solvers'
import { exitStatus, UsageError } from './usage'

const help = `Propensity ${version}: stochastic reaction networks, sampled and solved, each with an honest error.

  propensity solve STUDY.json|NETWORK.crn   run it; the solution is JSON on standard output
      -o, --output FILE       write the solution there
      --solver ID             another method
      --times 1,5,20          output times; 0:100:101 is 101 times from 0 to 100
      --set a=37              a parameter's value (again for more)
      --initial U=30          a species' initial count (again for more)
      --observe LIST          of moments, marginals, trajectories and joint:U,V
      --options k=v           an option of the solver (again for more)
      --seed N                a whole number
  propensity solvers [--json]               the methods, their options with defaults and bounds
  propensity check NETWORK.crn              what is wrong with a network text, as file:line:column: message
  propensity bench [ssa|fsp] [--json]       benchmarks, as ratios within one run
  propensity --help, --version

A file called - is standard input. Exit status: 0 done, 1 the run failed or the text has errors,
2 the command or its study cannot be read, 130 stopped by Ctrl-C.
`

const commands: Record<string, (args: string[]) => number | Promise<number>> = {
  solve,
  solvers: listSolvers,
  check,
  bench,
}

/** Run one command line; resolves to the exit status. */
export async function main(args: string[]): Promise<number> {
  // A reader that closes early, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const [name, ...rest] = args
  if (args.includes('--help') || args.includes('-h') || name === 'help') {
    process.stdout.write(help)
    return exitStatus.done
  }
  if (name === '--version') {
    console.log(version)
    return exitStatus.done
  }
  try {
    const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined
    if (!command) throw new UsageError(name ? `no command ${name}` : 'which command?')
    return await command(rest)
  } catch (thrown) {
    const unusable = thrown instanceof UsageError || isArgumentError(thrown)
    if (!unusable) throw thrown
    const isCommand = Object.hasOwn(commands, name ?? '')
    const remedy = isCommand ? '' : `; there are ${Object.keys(commands).join(', ')} (propensity --help)`
    console.error(`propensity: ${thrown.message}${remedy}`)
    return exitStatus.unreadable
  }
}

function isArgumentError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && String((thrown as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
}
