/** What an analysis says while it works, whenever it lets others have a turn: nothing, or how far it has come. */
export interface Progress {
  /** 0…1; absent where the end cannot be told. */
  readonly done?: number
  readonly phase: string
}

// biome-ignore lint/suspicious/noConfusingVoidType: a bare `yield` says nothing
export type Work<T> = Generator<Progress | void, T, void>
