import Testing
import TopWords

@Suite struct WordCountTests {
    private func top(_ limit: Int, of text: String) -> [String] {
        var words = WordCount()
        words.add(text)
        return words.top(limit).map { "\($0.word) \($0.count)" }
    }

    @Test func `the most frequent word comes first`() {
        #expect(top(2, of: "b a c a b a") == ["a 3", "b 2"])
    }

    @Test func `of equally frequent words the first to occur comes first`() {
        #expect(top(3, of: "pear apple pear fig apple") == ["pear 2", "apple 2", "fig 1"])
    }

    @Test func `case and punctuation make no difference`() {
        #expect(top(1, of: "Don't panic. DON'T; \"don't\"!") == ["don't 3"])
    }

    @Test(arguments: [0, -1]) func `no words are asked for`(limit: Int) {
        #expect(top(limit, of: "a b") == [])
    }

    @Test func `words are counted over several lines`() {
        var words = WordCount()
        words.add("one two")
        words.add("two three")
        #expect(words.distinct == 3)
        #expect(words.top(1) == [.init(word: "two", count: 2)])
    }
}
