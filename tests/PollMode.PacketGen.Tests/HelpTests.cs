using PollMode.Examples.PacketGen;
using Xunit;

namespace PollMode.PacketGen.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("--help", 4)]
    [InlineData("run --help", 3)]
    [InlineData("rfc2544 --help", 3)]
    [InlineData("replay --help", 2)]
    [InlineData("join --help", 1)]
    public void Help_has_examples_that_the_program_understands(string arguments, int count)
    {
        (int exitCode, string output) = InProcess.Run(arguments.Split(' '));
        Assert.Equal(0, exitCode);
        string[] lines = output.Split('\n', StringSplitOptions.TrimEntries);
        string[] examples = [.. lines.Where((line, index) => index > 0 && line.StartsWith("packetgen ", StringComparison.Ordinal) && lines[index - 1].StartsWith('#'))];
        Assert.Equal(count, examples.Length);
        foreach (string example in examples)
        {
            Assert.Empty(CommandLine.Build().Parse([.. example.Split(' ').Skip(1).Select(word => word.Trim('\''))]).Errors);
        }
    }

    [Fact]
    public void Help_explains_every_option_in_lines_of_a_readable_length()
    {
        (_, string output) = InProcess.Run("--help");
        foreach (OptionGroup group in Options.OfRun)
        {
            Assert.Contains($"{group.Heading}:", output, StringComparison.Ordinal);
            Assert.All(group.Options, option => Assert.Contains(option.Name, output, StringComparison.Ordinal));
        }

        Assert.All(output.Split('\n').Where(line => !line.StartsWith("  packetgen", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 110));
    }

    [Fact]
    public void Drivers_are_listed_with_their_keys()
    {
        (int exitCode, string output) = InProcess.Run("--list-drivers");
        Assert.Equal(0, exitCode);
        foreach (string driver in new[] { "af_packet", "af_xdp", "memif", "ring", "pcap", "loop", "fault", "pace", "tap" })
        {
            Assert.Contains($"\n{driver}", output, StringComparison.Ordinal);
        }
    }
}
