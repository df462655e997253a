/// Texts that together use every part of the language and of YAML, for tests that vary texts.
enum Seeds {
    static let all = [full, batch, matrix, styles, anchors, old, json, broken, odd]

    static let full = """
        version: 0.2
        run-as: builder
        env:
          shell: bash
          variables:
            PORT: 8080
            TEXT: |-
              two
              lines
          parameter-store:
            TOKEN: /ci/token
          secrets-manager:
            PASSWORD: prod/db:password
          exported-variables:
            - TAG
          git-credential-helper: yes
        proxy:
          upload-artifacts: no
          logs: no
        phases:
          install:
            runtime-versions:
              python: 3.10
            commands:
              - npm ci  # packages
          pre_build:
            run-as: root
            on-failure: ABORT
            commands:
              - |
                if [ -f x ]; then
                  echo "x"
                fi
          build:
            on-failure: RETRY-3-timeout
            commands:
              - 'echo "a: b"'
              - make all
                -j 4
            finally:
              - rm -rf tmp
          post_build:
            commands: []
        reports:
          unit:
            files: ['**/*.xml']
            file-format: JUNITXML
            discard-paths: no
        artifacts:
          files: app.jar
          name: app-$(date +%F)
          secondary-artifacts:
            docs:
              files:
                - site/**/*
              base-directory: out
        cache:
          key: npm-$(codebuild-hash-files package-lock.json)
          fallback-keys: [npm-]
          paths:
            - node_modules/**/*

        """

    static let batch = """
        version: 0.2
        batch:
          fast-fail: false
          build-graph:
            - identifier: base
              env: {image: "img:1", variables: {A: 1}}
            - identifier: next
              buildspec: ci/next.yml
              depend-on: [base]

        """

    static let matrix = """
        version: 0.2
        batch:
          build-matrix:
            static:
              ignore-failure: true
              env: {type: LINUX_CONTAINER, privileged-mode: true}
            dynamic:
              buildspec: [a.yml, b.yml]
              env:
                compute-type: [s]
                image: [i]
                variables:
                  V: [1, 2]

        """

    static let styles = """
        # styles
        plain: a b
          c
        single: 'it''s
          two'
        double: "tab\\t \\u00e4 \\
          joined"
        literal: |2+
            deep

        folded: >
          a
          b

            c
        empty:
        ? explicit
        : value
        flow: [a, {b: c, d}, "e", 'f']

        """

    static let anchors = """
        a: &x [1, &y two]
        b: *x
        c: {k: *y}

        """

    static let old =
        "version: 0.1\nenvironment_variables: {plaintext: {A: b}}\nphases: {build: {commands: [x]}}\n"

    static let json = #"{"version": "0.2", "phases": {"build": {"commands": ["a", "b\n"]}}}"#

    static let broken = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo a: b: c\n"

    static let odd = "%YAML 1.1\n---\nversion: 0.2\nphases:\n...\n"
}
