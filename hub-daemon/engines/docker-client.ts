/** Questions to a Docker engine: in the version that both speak, within a time, and with errors that the hub knows. */
import Docker, { type DockerOptions } from 'dockerode'
import type { Millis } from '../../protocol/ids'
import { ENGINE_ANSWER_MS } from '../../protocol/limits'
import { asEngineError, isVersionTrouble } from './docker-errors'
import { chooseApiVersion } from './docker-version'

export class DockerClient {
  private version: Promise<string> | null = null

  constructor(
    private readonly target: DockerOptions,
    /** How the engine is called in sentences. */
    private readonly place: string,
    /** A question failed. True: what comes back may be another engine, and what was learned of this one is worth nothing. */
    private readonly failed: (isLost: boolean) => void,
  ) {}

  /** Does something with a client of the negotiated version; every error comes out as an EngineError. */
  async ask<Answer>(
    attempt: string,
    act: (docker: Docker) => Promise<Answer>,
    extraMs: Millis = 0,
  ): Promise<Answer> {
    try {
      const version = await this.negotiated()
      return await act(
        new Docker({ ...this.target, version: `v${version}`, timeout: ENGINE_ANSWER_MS + extraMs }),
      )
    } catch (error) {
      const told = asEngineError(error, attempt, this.place)
      const isLost = told.kind === 'unreachable' || isVersionTrouble(error)
      if (isLost) this.version = null
      this.failed(isLost)
      throw told
    }
  }

  /** A client without a limit of time, for what may be silent for hours. */
  async endless(): Promise<Docker> {
    return new Docker({ ...this.target, version: `v${await this.negotiated()}` })
  }

  /** Asks for the version again at the next question. */
  forget(): void {
    this.version = null
  }

  /** `GET /version` without a version in its path, which every engine answers. */
  negotiated(): Promise<string> {
    this.version ??= new Docker({ ...this.target, timeout: ENGINE_ANSWER_MS })
      .version()
      .then((engine) => chooseApiVersion(engine, this.place))
    const asked = this.version
    asked.catch(() => {
      if (this.version === asked) this.version = null
    })
    return asked
  }
}
