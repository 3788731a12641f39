/** The worker's side of a task: works without a pause, says how far it is, and ends with an ending. */
import { perform, type Task, type TaskEnding, type Told } from '../analysis/tasks'
import { Failure } from '../solvers/contract'

/** From the worker: something told, or the ending. */
export type TaskMessage = { readonly told: Told } | { readonly ending: TaskEnding<Task['kind']> }

/** Between two words about a chain. */
const tellMs = 400

/** Never throws. `say` posts a message; `breathe`, on a thread that others need, lets them have a turn. */
export async function runTask(
  task: Task,
  say: (message: TaskMessage) => void,
  breathe?: () => Promise<boolean>,
): Promise<void> {
  try {
    const { work, tell } = perform(task)
    let [told, slice] = [performance.now(), performance.now()]
    for (let next = work.next(); ; next = work.next()) {
      if (next.done) return say({ ending: { status: 'done', result: next.value } as TaskEnding<Task['kind']> })
      if (next.value) say({ told: next.value })
      const now = performance.now()
      if (now - told > tellMs) {
        const news = tell()
        if (news) say({ told: news })
        told = now
      }
      if (!breathe || now - slice < 15) continue
      if (!(await breathe())) return
      slice = performance.now()
    }
  } catch (thrown) {
    if (thrown instanceof Failure) {
      const { code, message, hint } = thrown
      return say({ ending: { status: 'failed', code, message, hint } })
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    say({
      ending: { status: 'failed', code: 'bug', message, hint: 'this is a fault of the program: please report it' },
    })
  }
}
