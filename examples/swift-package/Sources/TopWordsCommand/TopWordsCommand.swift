import ArgumentParser
import TopWords

@main
struct TopWordsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topwords",
        abstract: "Print the most frequent words of the standard input."
    )

    @Option(name: .shortAndLong, help: "How many words to print.")
    var number = 10

    func validate() throws {
        guard number > 0 else {
            throw ValidationError("the number must be 1 or more")
        }
    }

    func run() {
        var words = WordCount()
        while let line = readLine() {
            words.add(line)
        }
        for entry in words.top(number) {
            print("\(entry.count)\t\(entry.word)")
        }
    }
}
