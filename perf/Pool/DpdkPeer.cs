using System.Diagnostics;
using System.Globalization;

namespace PollMode.Pool;

/// <summary>The installed DPDK: its library under our loops (Peers/dpdk_pool.c, compiled here), and its own test program.</summary>
internal sealed class DpdkPeer : IDisposable
{
    private const string Generic = "dpdk_pool";
    private const string Native = "dpdk_pool_native";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollmode-peer-");

    /// <summary>Compiles what can be compiled; without a compiler or DPDK's headers (libdpdk-dev) there is no peer.</summary>
    internal DpdkPeer()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Peers");
        string Compile(string options, string program) => $"cc {options} '{source}/dpdk_pool.c' -o '{_folder}/{program}' $(pkg-config --libs libdpdk) -lpthread";
        IsThere = Run("/bin/sh", "-c", string.Join(" && ",
            Compile("-O2 -Wall $(pkg-config --cflags libdpdk)", Generic),
            Compile("-O3 -Wall $(pkg-config --cflags libdpdk) -march=native", Native),
            $"cc -O2 -Wall -shared -fPIC '{source}/short_second.c' -o '{_folder}/short_second.so'")) != null;
        Version = (Run("pkg-config", "--modversion", "libdpdk") ?? string.Empty).Trim();
    }

    internal bool IsThere { get; }

    internal string Version { get; }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs the library under one of our loops.</summary>
    /// <param name="native">Compiled for this machine, or as the distribution compiles.</param>
    /// <param name="arguments">See Peers/dpdk_pool.c.</param>
    /// <returns>What it counted, by name.</returns>
    internal Dictionary<string, double> Measure(bool native, params string[] arguments)
    {
        string output = Run(Path.Combine(_folder.FullName, native ? Native : Generic), arguments) ?? throw new InvalidOperationException("The DPDK peer failed; are there free hugepages?");
        return output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('='))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Runs one of dpdk-test's own tests, on one core, its second so many times shorter.</summary>
    /// <returns>The lines it printed.</returns>
    internal string[] Test(string name, string cores, int shorter) =>
        (Run("/bin/sh", "-c", $"(echo {name}; echo quit) | LD_PRELOAD='{_folder}/short_second.so' SHORTER={shorter} dpdk-test -l {cores} --no-pci --in-memory --no-telemetry -m 256") ?? string.Empty).Split('\n');

    private static string? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0)
        {
            return output;
        }

        Console.Error.WriteLine(errors.Result);
        return null;
    }
}
