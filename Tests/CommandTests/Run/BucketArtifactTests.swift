import TestSupport
import Testing

/// `run --artifacts s3://…` with a real server, read back by boto3.
@Suite(.timed, .timeLimit(.minutes(5))) struct `Artifacts in a bucket` {
    @Test func `boto3 and Python read the artifacts of a build`() async throws {
        try await SeaweedServer.run { server in
            _ = try await Boto3.run(
                "boto3.client('s3').create_bucket(Bucket='artifacts')\n",
                server.environment
            )
            let directory = try TemporaryDirectory()
            try directory.write(
                """
                version: 0.2
                phases:
                  build:
                    commands:
                      - mkdir -p 'dist/a b' && echo text > 'dist/a b/é+%.txt'
                      - echo '#!/bin/sh' > dist/run && chmod 755 dist/run
                      - head -c 20000000 /dev/zero | tr '\\0' x > dist/big
                artifacts:
                  base-directory: dist
                  files: ['**/*']
                  name: nightly/$CODEBUILD_BUILD_NUMBER
                """,
                to: "buildspec.yml"
            )
            func run(_ arguments: String...) async throws -> BuildspecProcess.Outcome {
                try await BuildspecProcess.run(
                    ["run", "--cache", "none", "--project", "shop", "--artifacts"] + arguments,
                    in: directory,
                    environment: .init(strings: server.environment)
                )
            }
            let files = try await run("s3://artifacts/out", "--override-artifact-name")
            #expect(files.status == 0, "\(files)")
            #expect(files.output.contains("3 files, 20.0 MB in s3://artifacts/out/nightly/1"))
            let archive = try await run("s3://artifacts/zip", "--artifacts-packaging", "zip")
            #expect(archive.status == 0, "\(archive)")
            let read = try await Boto3.run(
                """
                import io, zipfile
                s3 = boto3.client('s3')
                for item in s3.list_objects_v2(Bucket='artifacts')['Contents']:
                    head = s3.head_object(Bucket='artifacts', Key=item['Key'])
                    arn = head['Metadata']['codebuild-buildarn'].split(':build/')[1].split(':')[0]
                    print(item['Key'], item['Size'] if 'zip' not in item['Key'] else '', arn)
                body = s3.get_object(Bucket='artifacts', Key='zip/shop.zip')['Body'].read()
                for info in zipfile.ZipFile(io.BytesIO(body)).infolist():
                    print(info.filename, info.file_size, oct(info.external_attr >> 16))

                """,
                server.environment
            )
            #expect(
                read.split(separator: "\n") == [
                    "out/nightly/1/a b/é+%.txt 5 shop", "out/nightly/1/big 20000000 shop",
                    "out/nightly/1/run 10 shop", "zip/shop.zip  shop",
                    "a b/é+%.txt 5 0o100644", "big 20000000 0o100644", "run 10 0o100755",
                ],
                "\(read)"
            )
        }
    }
}
