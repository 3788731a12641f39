/** The command line: the same solvers as the page, in Node. */
import { version } from '../src/version'
import { analyse } from './analyse'
import { bench } from './bench'
import { check } from './check'
import { conformance } from './conformance'
import { ensemble } from './ensemble'
import { infer } from './infer'
import { map } from './map'
import { solve } from './solve'
import { listSolvers } from './solvers'
import { exitStatus, UsageError } from './usage'

const help = `Propensity ${version}: stochastic reaction networks, sampled and solved, each with an honest error.

  propensity solve STUDY.json|NETWORK.crn|MODEL.xml   run it; the solution is JSON on standard output
      -o, --output FILE       write the solution there
      --solver ID             another method; ID-2 is the second lane of one in the study
      --times 1,5,20          output times; 0:100:101 is 101 times from 0 to 100
      --set a=37              a parameter's value (again for more)
      --initial U=30          a species' initial count (again for more)
      --observe LIST          of moments, marginals, trajectories and joint:U,V
      --options k=v           an option of the solver (again for more)
      --seed N                a whole number
      --keep FILE             what was learnt, as safetensors with its study, every few seconds and at the end
      --learnt FILE           begin with what such a file holds
      --threads N             at most so many, where laws to learn from are found; else one a core
  propensity analyse WHAT STUDY.json|NETWORK.crn   what follows from exact laws, as JSON
      gap                     spectral gap: how fast it is forgotten where it began
      passage --to 'X >= 25'  when a condition first holds: the mean, and the law at --times
      quasi                   the law that lasts until the network leaves for good, and the rate of that
      sensitivity --parameter a   how laws and means move with one parameter, at --times; with --learnt FILE
                              by the derivative of a network
      information             sensitivities of laws to parameters, and Fisher information, at --times
      distance --against a=7  how far apart the laws of two settings are, at --times
      distance --between A,B  or those of two methods of the study, as in tauLeap,tauLeap-2
  propensity infer NETWORK.crn --data CELLS.csv    what measurements tell of the parameters, as JSON
      --column time=t --column X=reads   what the columns are: time, replicate, count, upper, species
      --infer k=0.1:10:log    what to infer, and between what (again for more); else all declared ranges
      --noise KIND            none, gaussian:sd=2 or dropout:capture=0.3,background=1
      --method M              metropolis, nuts, abc-smc, pmmh, synthetic or vote
      --likelihood L          fsp, ssa, synthetic, particle, distilled or mixtureDensity
      --learnt FILE           what the last two have learnt, as "solve --keep" writes it
      --chains 4 --seed N --start network|first --options draws=2000,warmup=1000
      --predict               and what the posterior predicts of the data
      --calibrate 100         instead: are posteriors of 100 simulated data sets right?
  propensity map NETWORK.crn --x a=0:1:50 --y b=1:100:50:log --of X --at 10
                              bimodality, Fano factor and mean over two parameters, as JSON
  propensity ensemble NETWORK.crn --learnt FILE --hop 5 --until 100 --paths 1000 --seed N
                              paths of learnt hops beside exact ones, and how far they drift, as JSON
  propensity solvers [--json]               the methods, their options with defaults and bounds
  propensity check NETWORK.crn              what is wrong with a network text, as file:line:column: message
  propensity check --cost STUDY.json|NETWORK.crn   states, time and memory that "fsp" would take here
  propensity check MODEL.xml                the network text that an SBML file becomes, and what was done to it
  propensity conformance DIR                cases of the discrete stochastic test suite, with a verdict on each
      --replicates N --seed N --solver ID, --json, -o FILE
  propensity bench [NAME …] [--json]       benchmarks, as ratios within one run
  propensity --help, --version

A file called - is standard input. Exit status: 0 done, 1 the run failed or the text has errors,
2 the command or its study cannot be read, 130 stopped by Ctrl-C.
`

const commands: Record<string, (args: string[]) => number | Promise<number>> = {
  solve,
  analyse,
  infer,
  map,
  ensemble,
  solvers: listSolvers,
  check,
  conformance,
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
