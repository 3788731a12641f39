/** Keeps a fault in one part of the page from taking the rest, and the user's work, with it. */
import { Component, type ReactNode } from 'react'

interface BoundaryProps {
  /** What is inside, as a reader would call it: `The plots`. */
  readonly part: string
  readonly children: ReactNode
  onFault?(): void
}

export class Boundary extends Component<BoundaryProps, { fault?: string }> {
  state: { fault?: string } = {}

  static getDerivedStateFromError(thrown: unknown): { fault: string } {
    return { fault: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  componentDidCatch(): void {
    this.props.onFault?.()
  }

  render(): ReactNode {
    const { fault } = this.state
    if (fault === undefined) return this.props.children
    return (
      <div className="fault" role="alert">
        <p>
          {this.props.part} stopped with a fault of the program: {fault}
        </p>
        <p>Your study is safe. Please report the fault with the study (save it from the gallery).</p>
        <button type="button" onClick={() => this.setState({ fault: undefined })}>
          Try again
        </button>
      </div>
    )
  }
}
