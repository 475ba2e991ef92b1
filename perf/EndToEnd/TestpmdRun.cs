using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PollMode.EndToEnd;

/// <summary>dpdk-testpmd's side of a comparison: one forwarding core, its rate read from its own statistics.</summary>
internal static partial class TestpmdRun
{
    private const int WarmUpSeconds = 2;

    /// <summary>The packets per second, in millions, of all ports together: the middle of its whole seconds.</summary>
    internal static double Measure(string program, ComparisonCase work, int seconds, int cpu)
    {
        int main = cpu == 0 ? 1 : 0;
        var arguments = new List<string> { "-l", $"{main},{cpu}", "--main-lcore", $"{main}", "--no-pci", "--in-memory", "-m", "512", "--file-prefix", $"pm{Environment.ProcessId}" };
        arguments.AddRange(work.Devices.Select(device => $"--vdev={device}"));
        arguments.AddRange(["--", $"--forward-mode={work.TestpmdMode}", $"--burst={work.Burst}", "--no-mlockall", "--stats-period=1", "--auto-start"]);
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        try
        {
            return ReadRates(process, work, seconds);
        }
        finally
        {
            // Whatever happens, no poll thread is left behind to spin.
            Interrupt(process);
        }
    }

    private static double ReadRates(Process process, ComparisonCase work, int seconds)
    {
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var rates = new List<double>();
        double sum = 0;
        int ports = 0;
        while (rates.Count < WarmUpSeconds + seconds && process.StandardOutput.ReadLine() is { } line)
        {
            Match match = TxRate().Match(line);
            if (match.Success)
            {
                sum += double.Parse(match.Groups["rate"].Value, CultureInfo.InvariantCulture) / 1e6;
                if (++ports == work.Devices.Count)
                {
                    rates.Add(sum);
                    sum = 0;
                    ports = 0;
                }
            }
        }

        // The first figures are before the start, and of the warm-up.
        if (rates.Count < WarmUpSeconds + seconds)
        {
            throw new PollModeException($"testpmd ended after {rates.Count} seconds; try it by hand: {process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}");
        }

        return Spread.Of(rates.Skip(WarmUpSeconds)).Median;
    }

    private static void Interrupt(Process process)
    {
        Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(10_000))
        {
            process.Kill();
        }
    }

    [GeneratedRegex(@"Tx-pps:\s+(?<rate>\d+)", RegexOptions.None, 1000)]
    private static partial Regex TxRate();
}
