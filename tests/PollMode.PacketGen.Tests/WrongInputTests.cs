using Xunit;

namespace PollMode.PacketGen.Tests;

public sealed class WrongInputTests
{
    [Theory]
    [InlineData("--port ring:a --rate 0Mpps", "impossible")]
    [InlineData("--port ring:a --rate 20Mpps --line 10Gbps", "above what the line carries")]
    [InlineData("--port ring:a --rate 10%", "unknown")]
    [InlineData("--port ring:a --size 60", "60")]
    [InlineData("--port ring:a --size 64 --ip 6", "shorter than its headers and signature")]
    [InlineData("--port ring:a --set udp.srcport=60000-70000", "overflows")]
    [InlineData("--port ring:a --set ip.src=255.255.255.250+10", "overflows")]
    [InlineData("--port ring:a --set ip.nose=1", "no field 'ip.nose'")]
    [InlineData("--port ring:a --profile /nonexistent.json", "cannot be read")]
    [InlineData("--tx ring:a --rx ring:a", "both the sender and the receiver")]
    [InlineData("--port ring:a --tx-only --rx-only", "both sent and received")]
    [InlineData("--port ring:a --dut ring:b", "twice")]
    [InlineData("--port ring:a --expect nonsense", "not an expectation")]
    [InlineData("--port ring:a --spacing gamma", "not a spacing")]
    [InlineData("--port nothing:a", "no driver")]
    [InlineData("--rx ring:a", "--tx, too, or --rx-only")]
    [InlineData("--tx ring:a", "--rx, too, or --tx-only")]
    [InlineData("--tx-only", "--tx-only needs --tx")]
    [InlineData("--tx-only --tx ring:a --rx ring:b", "--tx-only receives nothing")]
    [InlineData("--rx-only --rx ring:a --rate 1Mpps", "--rate has no meaning")]
    [InlineData("--port ring:a --streams 3", "--streams says")]
    [InlineData("--dut ring:a --dut ring:b", "name the two that face it")]
    [InlineData("--port ring:a --json --csv", "give one of them")]
    [InlineData("--port ring:a --profile p.json --rate 1Mpps", "--rate is a stream's own")]
    [InlineData("--port ring:a --workers 0", "give 1 or more")]
    [InlineData("--port ring:a --cores 0 --workers 2", "core for each worker")]
    [InlineData("--port ring:a --report /nonexistent/out.html", "cannot be written")]
    [InlineData("--port ring:a --expect loss<=five", "not a number")]
    [InlineData("--port ring:a --vlan 3", "choose 0, 1 or 2")]
    [InlineData("--port ring:a --payload hex:abc", "not a payload")]
    [InlineData("--port ring:a --payload leave", "turn the signature off")]
    [InlineData("--port ring:a --size 64-", "not a size")]
    [InlineData("--port ring:a --flows 70000 --set ip.src=255.255.255.254", "overflow ip.src")]
    [InlineData("rfc2544 --port ring:a", "highest rate")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --sizes 60", "not a size")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --sizes 64 --ip 6", "shorter than its headers and signature")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --rate 5Mpps --sizes 64", "above what the line carries")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --size 64", "--size")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --tests speed", "--tests knows no 'speed'")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --resolution 0", "out of range")]
    [InlineData("rfc2544 --port ring:a --line 1Gbps --expect loss==0", "not an expectation")]
    [InlineData("replay /etc/hostname", "No port is named")]
    [InlineData("replay /nonexistent.pcap --tx ring:a", "/nonexistent.pcap")]
    [InlineData("replay /etc/hostname --tx ring:a --rate 1Mpps --speed 2", "leave one of them out")]
    [InlineData("join /nonexistent.json /nonexistent.json", "cannot be read")]
    [InlineData("--port ring:a --packets many", "--packets")]
    public void Wrong_input_is_answered_by_one_sentence(string arguments, string expected)
    {
        (int exitCode, string output) = InProcess.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith(".", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_does_not_parse_names_the_line()
    {
        string folder = Directory.CreateTempSubdirectory("packetgen").FullName;
        string profile = Path.Combine(folder, "bad.json");
        File.WriteAllText(profile, "{ \"streams\": [\n { \"rate\": \"1Mpps\", \"colour\": \"red\" } ] }");
        (int exitCode, string output) = InProcess.Run("--port", "ring:a", "--profile", profile);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, exitCode);
        Assert.Contains("at line 2", output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void The_program_prints_the_sentence_on_standard_error_and_nothing_else()
    {
        (int exitCode, string output) = PollMode.Testing.HostCommand.Run(PacketGen.Path, "--port", "nothing:a");
        Assert.Equal(1, exitCode);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
